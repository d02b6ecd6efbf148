"""The Pythons and systems for which the zip carries wheels."""

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.tags import compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

PIP_PLATFORMS: dict[str, tuple[str, ...]] = {
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_11_0_arm64",),
    "macos-x64": ("macosx_11_0_x86_64",),
    # pip takes these literally: a 2_28 system is not understood to run 2_17 wheels.
    "linux-x64": tuple(f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 17)),
}
"""pip's names of each of Blender's platforms, at the oldest system Blender 4.2 runs on."""

TORCH_PLATFORMS: dict[str, tuple[str, ...]] = {
    "windows-x64": ("win_amd64",),
    "macos-arm64": tuple(f"macosx_{major}_0_arm64" for major in range(14, 10, -1)),
    "linux-x64": (
        *(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)),
        "manylinux2014_x86_64",
        "manylinux1_x86_64",
    ),
}
"""The same at the oldest system that torch runs on; there is no torch for other platforms."""

_MARKERS = {
    "windows-x64": ("nt", "win32", "Windows", "AMD64"),
    "macos-arm64": ("posix", "darwin", "Darwin", "arm64"),
    "linux-x64": ("posix", "linux", "Linux", "x86_64"),
}


@dataclass(frozen=True)
class Target:
    """One CPython, as (major, minor), on one of Blender's platforms."""

    python: tuple[int, int]
    platform: str

    @property
    def abi(self) -> str:
        """CPython's tag, such as "cp311"."""
        return f"cp{self.python[0]}{self.python[1]}"

    def pip_options(self, platforms: Sequence[str] | None = None) -> list[str]:
        """The options that make pip choose wheels for this target instead of its own Python.

        ``platforms`` are pip's names, those of PIP_PLATFORMS if not given.
        """
        options = ["--implementation=cp", f"--python-version={self.python[0]}.{self.python[1]}"]
        options += [f"--abi={abi}" for abi in (self.abi, "abi3", "none")]
        names = PIP_PLATFORMS[self.platform] if platforms is None else platforms
        options += [f"--platform={name}" for name in names]
        return options

    def takes(self, wheel: str) -> bool:
        """Whether a wheel, by its file name, fits this target."""
        platforms: Sequence[str] = TORCH_PLATFORMS.get(self.platform, PIP_PLATFORMS[self.platform])
        if self.platform == "macos-arm64":
            platforms = list(mac_platforms((14, 0), "arm64"))
        elif self.platform == "macos-x64":
            platforms = list(mac_platforms((11, 0), "x86_64"))
        tags = {
            *cpython_tags(self.python, platforms=platforms),
            *compatible_tags(self.python, platforms=platforms),
        }
        return bool(tags & parse_wheel_filename(wheel)[3])

    def markers(self) -> dict[str, str]:
        """What environment markers of requirements (PEP 508) are compared with."""
        os_name, sys_platform, system, machine = _MARKERS[self.platform]
        version = f"{self.python[0]}.{self.python[1]}"
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{version}.0",
            "os_name": os_name,
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": system,
            "platform_version": "",
            "python_full_version": f"{version}.0",
            "python_version": version,
            "sys_platform": sys_platform,
        }


# Blender 4.2 to 5.0 run Python 3.11, 5.1 and 5.2 run 3.13, builds by distributions 3.13 and 3.14.
# There is no Blender for Intel Macs after 4.5.
TARGETS: tuple[Target, ...] = (
    *(
        Target(python, platform)
        for python in ((3, 11), (3, 13), (3, 14))
        for platform in ("windows-x64", "macos-arm64", "linux-x64")
    ),
    Target((3, 11), "macos-x64"),
)
