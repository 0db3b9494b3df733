"""What a process costs."""
import os
import re


def cpu(pid):
    """Seconds of processor time so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    """MB that are this process' own, or its part of what several share (PSS)."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return int(re.search(r"Pss: +(\d+)", file.read())[1]) // 1024


def alarms(pid):
    """In how many seconds the process is woken next, by each of the kernel's timers that it has set."""
    found = []
    for descriptor in os.listdir(f"/proc/{pid}/fdinfo"):
        try:
            with open(f"/proc/{pid}/fdinfo/{descriptor}") as file:
                value = re.search(r"it_value: \((\d+), (\d+)\)", file.read())
        except OSError:
            continue
        if value and (int(value[1]) or int(value[2])):
            found.append(int(value[1]) + int(value[2]) / 1e9)
    return sorted(found)


def threads(pid):
    """The names of its threads."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/comm") as file:
                found.append(file.read().strip())
        except OSError:  # It has ended meanwhile.
            continue
    return found
