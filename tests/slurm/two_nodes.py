"""The shipped review on a real Slurm of two nodes on this machine, one of them killed in mid-run; the bytes of a local build.

    python tests/slurm/two_nodes.py [--plugins FOLDER]

Needs root and Debian's slurmctld, slurmd, slurm-client and munge; where one is missing it says so loudly and ends with 0.
FOLDER holds the executor plugin where the environment itself does not.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = Path("/etc/slurm/slurm.conf")
PROGRAMS = ("slurmctld", "slurmd", "squeue", "sinfo", "munged")
COPIED = ("Snakefile", "workflow", "profiles", "config", "data/raw", "src")
PARTS = 4
LOCAL = ("--cores", "2", "--set-scatter", f"parts={PARTS}")
SLURM = (
    "--profile", "profiles/slurm", "--set-scatter", f"parts={PARTS}", "--jobs", "4", "--latency-wait", "10",
    "--slurm-status-command", "squeue", "--slurm-no-account", "--slurm-init-seconds-before-status-checks", "2",
    "--seconds-between-status-checks", "2", "--default-resources", "slurm_partition=debug",
)  # fmt: skip


def unable():
    """Why the test cannot run here, or nothing."""
    if os.name != "posix" or os.geteuid() != 0:
        return "it needs root to start the daemons"
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        return f"{', '.join(missing)} not installed (apt-get install slurmctld slurmd slurm-client munge)"
    if LINK.exists() and not LINK.is_symlink():
        return f"{LINK} is there: this machine has a Slurm of its own"
    return ""


def copied(folder):
    """The review without anything made."""
    for name in COPIED:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    return folder


def snakemake(folder, arguments, plugins=None, **options):
    """Start a run in a folder."""
    path = os.pathsep.join(map(str, filter(None, (folder / "src", plugins))))
    environment = os.environ | {"PYTHONPATH": path, "XDG_CACHE_HOME": str(folder / ".cache")}
    return subprocess.Popen([sys.executable, "-m", "snakemake", *arguments], cwd=folder, env=environment, **options)


def made(folder):
    """Bytes of everything made."""
    places = (folder / "data/processed", folder / "reports")
    return {str(path.relative_to(folder)): path.read_bytes() for place in places for path in place.rglob("*") if path.is_file()}


def wait(what, found, seconds):
    """Wait until a call returns something, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := found():
            return answer
        time.sleep(0.2)
    raise SystemExit(f"SLURM TEST FAILED: {what} did not come about within {seconds} s")


def told(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def started(folder):
    """A Slurm with two nodes whose files lie in a folder."""
    conf = folder / "slurm.conf"
    conf.write_text((ROOT / "tests/slurm/slurm.conf").read_text(encoding="utf-8").format(folder=folder), encoding="utf-8")
    (folder / "state").mkdir()
    LINK.parent.mkdir(parents=True, exist_ok=True)
    LINK.unlink(missing_ok=True)
    LINK.symlink_to(conf)
    munge = Path("/run/munge")
    munge.mkdir(exist_ok=True)
    shutil.chown(munge, "munge", "munge")
    if subprocess.run(["pgrep", "-x", "munged"], capture_output=True).returncode:
        subprocess.run(["runuser", "-u", "munge", "--", "munged"], check=True)
    subprocess.run(["slurmctld", "-f", str(conf)], check=True)
    for node in ("n1", "n2"):
        (folder / f"spool-{node}").mkdir()
        subprocess.run(["slurmd", "-f", str(conf), "-N", node], check=True)
    wait("two idle nodes", lambda: told("sinfo", "-h", "-t", "idle", "-o", "%D") == "2", 60)


def stopped(folder):
    """End what the pid files name."""
    for path in folder.glob("*.pid"):
        try:
            os.kill(int(path.read_text()), signal.SIGKILL)
        except (ValueError, ProcessLookupError):
            continue
    LINK.unlink(missing_ok=True)


def children(pid):
    """A process and all that it has started, itself first."""
    return [pid, *(one for child in told("pgrep", "-P", pid).split() for one in children(child))]


def kill_node(folder, node):
    """Kill a node as a power cut would: its daemon first and those that watch its jobs, so that none reports a job's end."""
    scripts = told("pgrep", "-f", f"spool-{node}/job").split()
    watchers = {told("ps", "-o", "ppid=", "-p", script) for script in scripts} - {"", "1"}
    victims = [(folder / f"slurmd-{node}.pid").read_text().strip(), *(one for watcher in watchers for one in children(watcher))]
    subprocess.run(["kill", "-9", *victims], stderr=subprocess.DEVNULL)


def run(folder, plugins):
    """Build on Slurm, kill a node as soon as a job is at work on it, and return the name of the job."""
    log = folder / "run.log"
    with log.open("w") as words:
        process = snakemake(folder / "review", SLURM, plugins, stdout=words, stderr=subprocess.STDOUT)
        job = wait("a job on node n2", lambda: told("squeue", "-h", "-w", "n2", "-t", "running", "-o", "%i"), 120).split()[0]
        time.sleep(0.5)
        kill_node(folder, "n2")
        code = process.wait(timeout=900)
    print(log.read_text(encoding="utf-8"))
    if code:
        raise SystemExit(f"SLURM TEST FAILED: the run ended with {code}")
    return job


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--plugins", type=Path, help="folder with the executor plugin")
    plugins = parser.parse_args().plugins
    if why := unable():
        print(f"{'!' * 80}\nTHE TEST ON A REAL SLURM IS SKIPPED: {why}.\n{'!' * 80}")
        return
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        local = copied(folder / "local")
        if snakemake(local, LOCAL).wait(timeout=600):
            raise SystemExit("SLURM TEST FAILED: the local build failed")
        copied(folder / "review")
        try:
            started(folder)
            job = run(folder, plugins.absolute() if plugins else None)
            state = told("sinfo", "-h", "-n", "n2", "-o", "%T")
            log = (folder / "slurmctld.log").read_text(encoding="utf-8", errors="replace")
        finally:
            stopped(folder)
        of_job = [line for line in log.splitlines() if f"JobId={job} " in line]
        if "down" not in state or not any("equeue" in line for line in of_job):
            raise SystemExit("\n".join([f"SLURM TEST FAILED: node n2 is {state}, and job {job} was not requeued:", *of_job]))
        ours, theirs = made(local), made(folder / "review")
        if differ := sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)):
            raise SystemExit(f"SLURM TEST FAILED: not the bytes of the local build: {', '.join(differ)}")
    print(
        f"Slurm: two nodes, one killed, job {job} requeued; {len(ours)} files with the bytes of a local build, {time.monotonic() - begun:.0f} s."
    )


if __name__ == "__main__":
    main()
