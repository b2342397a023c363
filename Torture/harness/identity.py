"""Worker processes that believe to be on another host, or on the same one after a reboot."""

import uuid
from dataclasses import dataclass
from pathlib import Path

BOOT_ID = "/proc/sys/kernel/random/boot_id"
# In namespaces of their own, so that this machine keeps its name.
SCRIPT = 'mount --bind "$1" "$2" && { [ -z "$3" ] || hostname "$3"; } && shift 3 && exec "$@"'


@dataclass(frozen=True)
class Identity:
    """A host, from one boot to the next."""

    boot: Path
    name: str = ""

    @classmethod
    def booted(cls, folder: Path, name: str = "") -> "Identity":
        """The host has just started."""
        unique = str(uuid.uuid4())
        path = folder / f"boot-{unique}"
        path.write_text(f"{unique}\n")
        return cls(path, name)

    @property
    def wrapper(self) -> list[str]:
        """What to put before a command so that it runs there; needs root. The command keeps the process id."""
        return ["unshare", "--mount", "--uts", "sh", "-c", SCRIPT, "sh", str(self.boot), BOOT_ID, self.name]
