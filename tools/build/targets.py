"""The Pythons and systems for which the zip carries wheels."""

from dataclasses import dataclass

PIP_PLATFORMS: dict[str, tuple[str, ...]] = {
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_11_0_arm64",),
    "macos-x64": ("macosx_11_0_x86_64",),
    # pip takes these literally: a 2_28 system is not understood to run 2_17 wheels.
    "linux-x64": tuple(f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 17)),
}
"""pip's names of each of Blender's platforms, at the oldest system Blender 4.2 runs on."""


@dataclass(frozen=True)
class Target:
    """One CPython, as (major, minor), on one of Blender's platforms."""

    python: tuple[int, int]
    platform: str

    @property
    def abi(self) -> str:
        """CPython's tag, such as "cp311"."""
        return f"cp{self.python[0]}{self.python[1]}"

    def pip_options(self) -> list[str]:
        """The options that make pip choose wheels for this target instead of its own Python."""
        options = ["--implementation=cp", f"--python-version={self.python[0]}.{self.python[1]}"]
        options += [f"--abi={abi}" for abi in (self.abi, "abi3", "none")]
        options += [f"--platform={name}" for name in PIP_PLATFORMS[self.platform]]
        return options


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
