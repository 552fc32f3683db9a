"""Runs a command on a terminal of 40 by 120 and types: python3 pty.py COMMAND [UNTIL KEYS]... prints what it showed and its exit."""
import os, select, sys, time
import pty as terminal

command, steps = sys.argv[1], sys.argv[2:]
pid, fd = terminal.fork()
if pid == 0:
    os.execvp('bash', ['bash', '-c', 'stty rows 40 cols 120; exec ' + command])
seen, mark = b'', 0


def read(until, seconds):
    """Reads until a text is there, or the end."""
    global seen
    end = time.time() + seconds
    while time.time() < end and not (until and until in seen[mark:]):
        if not select.select([fd], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(fd, 4096)
        except OSError:
            return
        if not part:
            return
        seen += part


for until, keys in zip(steps[::2], steps[1::2]):
    read(until.encode().decode('unicode_escape').encode(), 20 if until else 1)
    mark = len(seen)
    os.write(fd, keys.encode().decode('unicode_escape').encode())
read(None, 15)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
print('exit %d' % os.waitstatus_to_exitcode(status))
