"""What the figures were measured on; nothing that names the machine or its owner."""

import os
import platform
import sys
from importlib import metadata, util
from pathlib import Path

_PACKAGES = ("numpy", "torch", "soundfile", "soxr", "bpy")


def facts() -> dict[str, str]:
    """Processor, cores, memory, system and versions."""
    system = {
        "Processor": _processor(),
        "Cores": str(_cores()),
        "Memory": f"{_memory() / 2**30:.0f} GiB",
        "System": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    return system | {name: metadata.version(name) for name in _PACKAGES if has(name)}


def has(package: str) -> bool:
    """Whether this Python has a package; does not import it."""
    return util.find_spec(package) is not None


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return platform.processor() or "unknown"
    lines = info.read_text().splitlines()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else "unknown"


def _cores() -> int:
    """Those that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
