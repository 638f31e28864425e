# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Of other namespaces than Gstream, type checkers know nothing by this file; where pygobject-stubs is installed, its own is here instead.

from typing import Any

def __getattr__(name: str) -> Any: ...
