# SPDX-License-Identifier: LGPL-2.1-or-later
"""A LangGraph graph on standard input and output, one JSON document a line.

It needs langgraph alone: neither gstream nor GObject introspection. The lines are
specified in gstream's documentation, "An agent in a child process".
"""

__version__ = "1.0.0"
