"""How much CPU a tree of processes has used: of the service, of PostgreSQL, and of whoever else is on the machine."""

import psutil


def used_by(pid: int) -> float:
    """CPU seconds of a process, its descendants, and the children that have ended already."""
    total = 0.0
    parent = psutil.Process(pid)
    for process in (parent, *parent.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:  # its time is in its parent's from now on
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def busy_machine() -> float:
    """CPU seconds that the whole machine has worked since it started."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)
