#!/bin/sh
# Drops each file of STAGE into INCOMING by METHOD. With DONE, waits for each job's end. Status 1 if a call failed.
# usage: shell.sh METHOD STAGE INCOMING [DONE]
set -u
method=$1 stage=$2 incoming=$3 done=${4:-}
failed=0

drop() { # file, name, target
    case $method in
    cp) cp "$1" "$3" ;;
    'cp -p') cp -p "$1" "$3" ;;
    'cp -a') cp -a "$1" "$3" ;;
    'mv') mv "$1" "$3" ;;
    'mv from elsewhere') mv "$1" "$3" ;;
    'ln') ln "$1" "$3" ;;
    'ln and rm') ln "$1" "$3" && rm "$1" ;;
    'cp and mv') cp "$1" "$incoming/.$2" && mv "$incoming/.$2" "$3" ;;
    'install') install -m 644 "$1" "$3" ;;
    'install -p') install -p -m 600 "$1" "$3" ;;
    'dd') dd if="$1" of="$3" bs=512 2>/dev/null ;;
    'tee') tee "$3" < "$1" > /dev/null ;;
    'tar') tar -C "$stage" -cf - "$2" | tar -C "$incoming" -xpf - ;;
    'rsync -a') rsync -a "$1" "$3" ;;
    'rsync --inplace') rsync -a --inplace "$1" "$3" ;;
    '>') cat "$1" > "$3" ;;
    '>>') head -c 40 "$1" > "$3" && tail -c +41 "$1" >> "$3" ;;
    '> and chmod') cat "$1" > "$3" && chmod 640 "$3" ;;
    '> and touch') cat "$1" > "$3" && touch "$3" ;;
    '> and touch -c -d') cat "$1" > "$3" && touch -c -d '2020-01-01' "$3" ;;
    'truncate and cat') : > "$3" && cat "$1" > "$3" && chmod 640 "$3" ;;
    *) echo "no method $method" >&2; exit 2 ;;
    esac
}

for file in "$stage"/*; do
    name=${file##*/}
    if ! drop "$file" "$name" "$incoming/$name"; then failed=1; echo "failed: $name" >&2; fi
    tries=0
    while [ -n "$done" ] && [ ! -e "$done/$name" ] && [ $tries -lt 1000 ]; do sleep 0.01; tries=$((tries + 1)); done
done
exit $failed
