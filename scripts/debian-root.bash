# Roots of Debian that are made once and kept. For scripts that define unable(), which says why they cannot go on.
# shellcheck shell=bash

# Prints the folder in which the roots lie.
debian_root_cache() { echo "${SPOOL_WORKER_CACHE:-${XDG_CACHE_HOME:-/var/cache}/spool-worker}"; }

# Makes a root with these packages in FOLDER/root, unless one of the same recipe is there. It sets `root`, and holds a shared
# lock of the folder as descriptor 9 until the script ends.
prepare_debian_root() { # folder, version of Debian, who says so, packages...
    local base=$1 version=$2 self=$3 release keyring mirror apt_settings sources recipe
    shift 3
    case $version in
        12) release=bookworm ;;
        13) release=trixie ;;
        *) unable "there is no root of Debian $version; known: 12, 13" ;;
    esac
    command -v mmdebstrap >/dev/null || unable 'mmdebstrap is missing: apt-get install mmdebstrap'
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -e "$keyring" ] || unable "$keyring is missing: apt-get install debian-archive-keyring"

    # The settings of this machine that apt needs to reach what it fetches from.
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
        grep -Eo '^[^#]*https?://[^ ]+/debian/?( |$)' | grep -Eo 'https?://[^ ]+' | head -n 1) || true
    mirror=${mirror:-http://deb.debian.org/debian}
    apt_settings=$(apt-config dump | grep -E '^Acquire::(http|https|Check-[A-Za-z-]+)[: ]') || true
    sources="Types: deb
URIs: $mirror
Suites: $release $release-updates
Components: main
Signed-By: $keyring"
    recipe=$(printf '%s\n' "$@" "$sources" "$apt_settings")

    mkdir -p "$base"
    root=$base/root
    # Those who use the root share the lock; who makes it anew has it alone.
    exec 9>"$base/lock"
    flock --shared 9
    if [ "$(cat "$root/.recipe" 2>/dev/null)" = "$recipe" ]; then return; fi
    flock --exclusive 9
    if [ "$(cat "$root/.recipe" 2>/dev/null)" != "$recipe" ]; then
        echo "$self: making a root of Debian $version ($release) in $root" >&2
        rm -rf --one-file-system "$root" "$root.new"
        printf '%s\n' 'DPkg::Lock::Timeout "300";' "$apt_settings" >"$base/apt.conf"
        printf '%s\n' "$sources" >"$base/debian.sources"
        # It unpacks packages with hundreds of lines; they are shown if it fails.
        if ! mmdebstrap --variant=minbase --include="$(IFS=, && echo "$*")" \
            --aptopt="$base/apt.conf" "$release" "$root.new" - <"$base/debian.sources" >"$base/log" 2>&1; then
            tail -n 20 "$base/log" >&2
            rm -rf --one-file-system "$root.new"
            unable "no root of Debian $version can be made from $mirror; all of mmdebstrap's words: $base/log"
        fi
        printf '%s\n' "$recipe" >"$root.new/.recipe"
        mv -T "$root.new" "$root"
    fi
    flock --shared 9
}
