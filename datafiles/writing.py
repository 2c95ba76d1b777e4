"""Files and folders that appear whole or not at all: written beside their place, then renamed into it."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from models.errors import InputError

# endings that nobody gives a folder
FILE_SUFFIXES = (
    (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".parquet", ".txt", ".md", ".docx", ".pdf", ".html", ".htm")
    + (".toml", ".json", ".yaml", ".zip", ".gz", ".png", ".svg", ".lp", ".mps")
)  # fmt: skip
PART = ".part"  # how files end that are being written; a kill may leave one


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that no reader ever sees a part of it; text is written as UTF-8.

    Raises
    ------
    InputError
        When the place cannot be written; nothing is left behind then.

    """
    with whole_file(path) as file:
        file.buffer.write(content.encode("utf-8") if isinstance(content, str) else content)


def write_new(path: Path, content: str) -> bool:
    """Write a file where there is none, whole and at once; of several that try, one alone succeeds.

    Returns
    -------
    bool
        False when the file was there already; it stays as it is.

    Raises
    ------
    InputError
        When the place cannot be written.

    """
    # a random name, for two machines that share a disk may have processes of one number
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}{PART}")
    with _as_input_error(path):
        try:
            _fill(beside, content)
            try:
                os.link(beside, path)
            except FileExistsError:
                return False
            except OSError:
                # a disk without links: of several one alone gets it, but it may be seen half written
                try:
                    _fill(path, content)
                except FileExistsError:
                    return False
        finally:
            beside.unlink(missing_ok=True)
    return True


def _fill(path: Path, content: str) -> None:
    """Write a file that is not there, or none."""
    with path.open("x", encoding="utf-8", newline="") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            path.unlink()
            raise


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[io.TextIOWrapper]:
    """Give a new UTF-8 file to fill; it takes its place when the block ends without an error.

    Raises
    ------
    InputError
        When the place cannot be written; nothing is left behind then.

    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    with _as_input_error(path):
        try:
            with beside.open("w", encoding="utf-8", newline="") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def hold_to_folder_name(path: Path, mend: str = "") -> None:
    """Refuse a place for a folder that is named like a file (`plan.xlsx`): somebody means a file, and would look for one.

    Raises
    ------
    InputError
        When the name ends like a file's and no folder of that name is there; `mend` says what to type in its place.

    """
    path = Path(path)
    if path.suffix.lower() in FILE_SUFFIXES and not path.is_dir():
        raise InputError(
            f"{path} is named like a file ({path.suffix}); a folder is to be written there.",
            mend or f"Name a folder: {path.with_suffix('')}",
        )


@contextlib.contextmanager
def whole_folder(
    path: Path, *, ours: Collection[str] = (), precious: bool = False, force: bool = False
) -> Iterator[Path]:
    """Give a new folder to fill; it takes its place when the block ends without an error.

    Parameters
    ----------
    path
        Where the folder is to appear; folders above it are made.
    ours
        Names of files that such a folder may hold. One that holds nothing else is replaced as a whole.
    precious
        Such files may be somebody's own work: a folder that holds any is not replaced without `force`.
    force
        Replace what is there; files of other names stay as they are.

    Raises
    ------
    InputError
        When the place holds files that may not be replaced and `force` is not set, or cannot be written; nothing changes then.

    """
    path = Path(path)
    home = path.resolve()
    hold_to_folder_name(path)
    if home.exists() and not home.is_dir():
        raise InputError(f"{path} is a file; a folder is to be written there.", "Name another folder.")
    with _as_input_error(path):
        present = sorted(entry.name for entry in home.iterdir()) if home.exists() else []
    others = [name for name in present if name not in ours]
    kept = present if precious else others
    if kept and not force:
        more = f" and {len(kept) - 3} more" if len(kept) > 3 else ""
        raise InputError(
            f"{path} is not empty: it holds {', '.join(kept[:3])}{more}.",
            "Name a new folder, or add --force to replace what is there; files of other names stay."
            if precious
            else "Name a new folder, or one that an earlier run wrote.",
        )
    with _as_input_error(path):
        home.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{home.name}.", suffix=PART, dir=home.parent))
    try:
        yield part
        with _as_input_error(path):
            part.chmod(0o777 & ~_umask())
            _settle(part, home, ours, keep=bool(others))
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _settle(part: Path, home: Path, ours: Collection[str], *, keep: bool) -> None:
    """Move the filled folder to its place."""
    if not home.exists():
        part.rename(home)
        return
    old = home.with_name(f"{part.name}.old")
    if not keep:
        try:
            home.rename(old)
        except OSError:  # a mount point, or a place that may not be renamed: go file by file
            pass
        else:
            try:
                part.rename(home)
            except OSError:
                old.rename(home)
                raise
            shutil.rmtree(old, ignore_errors=True)
            return
    made = sorted(part.iterdir())
    for entry in made:
        target = home / entry.name
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        entry.replace(target)
    for name in set(ours) - {entry.name for entry in made}:
        stale = home / name
        if stale.is_file():
            stale.unlink()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def _as_input_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"{path} cannot be written: {reason}.", "Choose a place that exists and may be written."
        ) from error
