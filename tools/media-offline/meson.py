#!/usr/bin/env python3
"""Called in place of meson by the build script of mediasoup-sys: configures a copy of the worker whose dependencies are
the system's libraries, so that nothing is downloaded and the registry's copy stays as its checksum says.

Environment: MEDIA_OFFLINE_MESON, the real meson; MEDIA_OFFLINE_NINJA, the real ninja.
"""

import os
import pathlib
import re
import shutil
import sys

import grouping

STAND_INS = pathlib.Path(__file__).resolve().parent / "stand-ins"


def main(arguments: list[str]) -> None:
    meson = os.environ["MEDIA_OFFLINE_MESON"]
    # The build script names a ninja of its own that it did not install, because it was given a meson.
    os.environ["NINJA"] = os.environ["MEDIA_OFFLINE_NINJA"]
    command = arguments[0] if arguments else ""
    if command == "subprojects":
        return  # It cleans up what meson unpacked into the source; here nothing was.
    if command == "setup":
        arguments = [*arguments, str(prepared(pathlib.Path.cwd(), pathlib.Path(arguments[-1])))]
    os.execv(meson, [meson, *arguments])


def prepared(worker: pathlib.Path, build: pathlib.Path) -> pathlib.Path:
    """A copy of the worker beside the build folder, with stand-ins where meson would unpack its dependencies."""
    copy = build.with_name(build.name + "-source")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(worker, copy)
    print(grouping.regroup(copy), flush=True)
    for wrap in sorted((copy / "subprojects").glob("*.wrap")):
        stand_in = STAND_INS / wrap.stem
        folder = re.search(r"^directory *= *(\S+)", wrap.read_text(), re.MULTILINE)
        if stand_in.is_dir() and folder:
            shutil.copytree(stand_in, copy / "subprojects" / folder.group(1))
    return copy


if __name__ == "__main__":
    main(sys.argv[1:])
