# SPDX-License-Identifier: LGPL-2.1-or-later
#
# screen.py COMMAND...: runs it on a terminal of 80 columns, and prints what then
# stands on the screen; with --raw before it, what was sent to the terminal.

import os
import pty
import re
import sys

TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|(\r?\n)|([^\x1b\r\n]+)")


def sent_by(command):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    sent = b""
    try:
        while data := os.read(terminal, 65536):
            sent += data
    except OSError:  # it has gone
        pass
    return sent.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def screen_after(text):
    """Lines: as many as there were, without wrapping."""
    lines = [""]
    row = 0
    for number, what, newline, plain in TOKEN.findall(text):
        if what == "F":
            row -= int(number)
        elif what == "J":
            lines[row:] = [""]
        elif newline:
            row += 1
            lines.extend([""] * (row + 1 - len(lines)))
        elif plain:
            lines[row] += plain
    return "\n".join(lines)


raw = sys.argv[1] == "--raw"
text, status = sent_by(sys.argv[1 + raw :])
sys.stdout.write(text if raw else screen_after(text))
sys.exit(status)
