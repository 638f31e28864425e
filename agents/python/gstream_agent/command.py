# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command `gstream-agent`."""

import argparse
import asyncio
import contextlib
import importlib
import importlib.util
import inspect
import os
import pathlib
import sys
import threading
import uuid

GRACE = 2  # seconds that a run has for ending when the client has gone
EXIT_USAGE = 2
EXIT_NO_GRAPH = 3

DESCRIPTION = """\
Serves a LangGraph graph on standard input and output, one JSON document a line, to the program that started it.
What the graph prints, and what goes wrong, goes to standard error.
"""


def main(argv=None):
    options = parse(argv)
    lines_out = claim_standard_output()
    try:
        graph, saver = load(options)
    except NoGraph as error:
        print(f"gstream-agent: {error}", file=sys.stderr)
        return EXIT_NO_GRAPH
    return asyncio.run(serve(graph, saver, options, lines_out))


def parse(argv):
    parser = argparse.ArgumentParser(prog="gstream-agent", description=DESCRIPTION)
    parser.add_argument("graph", metavar="FILE.py:GRAPH", help="the graph: a file, or a module, and a name in it: a graph, compiled or not, or a function that makes one")
    parser.add_argument("--thread", metavar="ID", default=os.environ.get("GSTREAM_THREAD_ID") or str(uuid.uuid4()),
                        help="the thread whose checkpoints are gone on with; without, what the environment's GSTREAM_THREAD_ID says, or a new one")
    parser.add_argument("--checkpoints", metavar="FILE", help="keep checkpoints in this SQLite file; without, in memory, or where the graph itself keeps them")
    parser.add_argument("--version", action="version", version=version())
    options = parser.parse_args(argv)
    if ":" not in options.graph:
        parser.error(f"{options.graph}: expected FILE.py:GRAPH, such as agent.py:graph")
    return options


def version():
    from gstream_agent import __version__

    return f"gstream-agent {__version__}"


def claim_standard_output():
    """Returns the file descriptor for the protocol's lines. From now on, print() writes to standard error."""
    lines_out = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return lines_out


class NoGraph(Exception):
    """The graph cannot be loaded; the message says why, and what to do."""


def load(options):
    """Returns the graph in the file, and a function that opens its checkpoints."""
    need_langgraph()
    place, _, name = options.graph.rpartition(":")
    try:
        module = import_file(place) if place.endswith(".py") else importlib.import_module(place)
    except FileNotFoundError:
        raise NoGraph(f"{place}: there is no such file") from None
    except BaseException as error:
        import traceback

        traceback.print_exc()
        raise NoGraph(f"{place} could not be imported: {type(error).__name__}: {error}") from None
    graph = getattr(module, name, None)
    if graph is None:
        raise NoGraph(f"{place} has no {name}; {known_graphs(module)}")
    return graph, open_saver(options, graph)


def need_langgraph():
    try:
        from langgraph.pregel import Pregel
    except ImportError as error:
        raise NoGraph(f"{sys.executable} has no langgraph ({error}): {sys.executable} -m pip install langgraph") from None
    try:
        import langgraph.stream  # noqa: F401
    except ImportError:
        from importlib.metadata import version as version_of

        raise NoGraph(
            f"langgraph {version_of('langgraph')} is too old: "
            f"{sys.executable} -m pip install --upgrade 'langgraph>=1.2'"
        ) from None
    return Pregel


def import_file(place):
    file = pathlib.Path(place).resolve()
    if not file.is_file():
        raise FileNotFoundError(place)
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def known_graphs(module):
    names = [name for name, value in vars(module).items() if is_graph(value)]
    return f"there are {', '.join(names)}" if names else "there is no graph in it"


def is_graph(value):
    return not inspect.isclass(value) and (hasattr(value, "astream_events") or hasattr(value, "compile"))


@contextlib.asynccontextmanager
async def in_memory():
    from langgraph.checkpoint.memory import InMemorySaver

    yield InMemorySaver()


def open_saver(options, graph):
    """Returns a context manager for the checkpointer; None if the graph has its own."""
    if options.checkpoints is None:
        return None if getattr(graph, "checkpointer", None) else in_memory()
    try:
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
    except ImportError:
        raise NoGraph(f"--checkpoints needs another package: {sys.executable} -m pip install langgraph-checkpoint-sqlite") from None
    return AsyncSqliteSaver.from_conn_string(options.checkpoints)


async def compiled(graph):
    if not is_graph(graph) and callable(graph):
        graph = graph()
        if inspect.isawaitable(graph):
            graph = await graph
    return graph.compile() if not hasattr(graph, "astream_events") else graph


async def serve(graph, saver, options, lines_out):
    from gstream_agent.agent import Agent

    async with saver or contextlib.nullcontext() as checkpointer:
        graph = await compiled(graph)
        if checkpointer is not None:
            graph = graph.copy(update={"checkpointer": checkpointer})
        writer = await open_writer(lines_out)
        agent = Agent(graph, options.graph.rpartition(":")[2], options.thread, writer, log)
        await handle_commands(agent)
        await agent.close()
    return 0


def log(text):
    print(text, file=sys.stderr, end="" if text.endswith("\n") else "\n", flush=True)


async def open_writer(descriptor):
    """Returns an asynchronous function that writes a line, and returns when more can be written."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(descriptor, "wb", 0))
    stream = asyncio.StreamWriter(transport, protocol, None, loop)

    async def write(line):
        stream.write(line + b"\n")
        await stream.drain()

    return write


async def handle_commands(agent):
    """Handles commands until the end of standard input."""
    commands = asyncio.Queue()
    threading.Thread(target=read_lines, args=(asyncio.get_running_loop(), commands), daemon=True).start()
    while (line := await commands.get()) is not None:
        try:
            await agent.handle(line)
        except (BrokenPipeError, ConnectionResetError):
            return


def read_lines(loop, commands):
    """Runs in a separate thread, so that the end of standard input is noticed even while a node blocks the loop."""
    for line in sys.stdin.buffer:
        if line.strip():
            loop.call_soon_threadsafe(commands.put_nowait, line)
    threading.Timer(GRACE, os._exit, [0]).start()
    with contextlib.suppress(RuntimeError):  # the loop is closed already
        loop.call_soon_threadsafe(commands.put_nowait, None)
