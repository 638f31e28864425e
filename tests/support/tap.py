# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Tests in Python, told to meson in TAP:
#
#     import tap
#
#     @tap.test("/transformer/M1/python/order")
#     def order():
#         assert ...
#
#     tap.run()

import inspect
import sys
import traceback

registered = []


class Skipped(Exception):
    pass


def test(path):
    """Registers the decorated function; its name says nothing, the path does."""

    def register(function):
        registered.append((path, function))
        return function

    return register


def skip(reason):
    """Ends the test that calls it, as skipped."""
    raise Skipped(reason)


def comment(text):
    for line in text.splitlines():
        print("#", line)


def run_one(number, path, function):
    try:
        if inspect.iscoroutinefunction(function):
            raise TypeError("an async test has to run its loop itself")
        function()
    except Skipped as reason:
        print(f"ok {number} {path} # SKIP {reason}", flush=True)
    except BaseException:
        comment(traceback.format_exc())
        print(f"not ok {number} {path}", flush=True)
        return False
    else:
        print(f"ok {number} {path}", flush=True)
    return True


def run():
    print(f"1..{len(registered)}")
    results = [run_one(number, *entry) for number, entry in enumerate(registered, 1)]
    sys.exit(0 if results and all(results) else 1)
