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
