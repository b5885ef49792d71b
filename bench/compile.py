#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What klgrid costs to include: CPU seconds of the compiler as ratios to <Eigen/Core> alone, and its peak memory.

Each translation unit is compiled by itself, in rounds that take all of them in turn; shown is the least CPU time (user
and system) of the rounds, for a busy machine only ever adds to it. Python's standard library is all it needs.

    python3 bench/compile.py
    python3 bench/compile.py --compiler clang++ --rounds 5 --flags=-march=native --only program
"""
import argparse
import os
import pathlib
import shlex
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASE = "<Eigen/Core>"


def units(include):
    """Groups of what is compiled: a name, the text, and further flags. The stages show where the program's time goes."""
    headers = sorted(h.relative_to(include) for h in include.rglob("*.hpp") if "detail" not in h.parts)
    program = (ROOT / "examples" / "quick_start.cpp").read_text()
    compiled = ROOT / "cmake" / "compiled.cpp"
    yield "base", BASE, "#include <Eigen/Core>\n", []
    yield "program", "README's program", program, []
    head, body = program.split("int main() {\n")
    for end, line in enumerate(lines := body.split("\n\n")[0].split("\n"), 1):
        made = line.split("=")[0].split("(")[0].split()[-1]
        yield "stages", f"README's program up to {made}", head + "int main() {\n" + "\n".join(lines[:end]) + "\n}\n", []
    if compiled.exists():
        yield "program", "README's program, klgrid::compiled", program, ["-DKLGRID_COMPILED"]
        yield "program", "klgrid::compiled itself, once a build", compiled.read_text(), ["-DKLGRID_COMPILED"]
    for header in headers:
        yield "headers", str(header), f"#include <{header}>\n", []


def compile_unit(command, source):
    """CPU seconds and peak MB of one run of the compiler."""
    process = subprocess.Popen([*command, "-c", source, "-o", os.devnull])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{shlex.join(command)} refuses {pathlib.Path(source).read_text()}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def eigen_include():
    found = subprocess.run(["pkg-config", "--variable=includedir", "eigen3"], capture_output=True, text=True)
    for place in (found.stdout.strip() + "/eigen3", found.stdout.strip(), "/usr/include/eigen3"):
        if pathlib.Path(place, "Eigen", "Core").exists():
            return place
    raise SystemExit("Eigen was not found: --eigen DIRECTORY")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default=os.environ.get("CXX", "g++"))
    parser.add_argument("--levels", nargs="+", default=["-O0", "-O2"], help="sets of flags, a pair of columns each")
    parser.add_argument("--flags", default="", help="further flags for all")
    parser.add_argument("--rounds", type=int, default=3, help="of all units in turn")
    parser.add_argument("--only", choices=["program", "stages", "headers"], help="leave the others out")
    parser.add_argument("--include", type=pathlib.Path, default=ROOT / "include", help="another version's headers")
    parser.add_argument("--eigen", help="the directory that holds Eigen/Core")
    args = parser.parse_args()

    listed = [(name, text, flags) for group, name, text, flags in units(args.include)
              if args.only in (None, group) or group == "base"]
    common = [*shlex.split(args.compiler), "-std=c++20", *shlex.split(args.flags), f"-I{args.include}",
              f"-isystem{args.eigen or eigen_include()}"]
    seconds, memory = {}, {}
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(args.rounds):
            for number, (name, text, flags) in enumerate(listed):
                source = pathlib.Path(directory, f"{number}.cpp")
                source.write_text(text)
                for level in args.levels:
                    cpu, peak = compile_unit([*common, *shlex.split(level), *flags], str(source))
                    seconds[name, level] = min(cpu, seconds.get((name, level), cpu))
                    memory[name, level] = max(peak, memory.get((name, level), peak))

    version = subprocess.run([*shlex.split(args.compiler), "--version"], capture_output=True, text=True).stdout
    print(f"{version.splitlines()[0]}, {shlex.join(common[1:2])} {args.flags}, least of {args.rounds} rounds")
    print(f"{BASE}: " + ", ".join(f"{seconds[BASE, level]:.2f} s, {memory[BASE, level]:.0f} MB at {level}"
                                  for level in args.levels) + "\n")
    print("| " + " | ".join(["times `<Eigen/Core>`", *(f"{x} | MB" for x in args.levels)]) + " |")
    print("|---" * (1 + 2 * len(args.levels)) + "|")
    for name, _, _ in listed[1:]:
        cells = (f"{seconds[name, x] / seconds[BASE, x]:.2f} | {memory[name, x]:.0f}" for x in args.levels)
        print(f"| `{name}` | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
