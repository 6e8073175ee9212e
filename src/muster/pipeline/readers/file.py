"""The reader `file`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from muster.pipeline.readers.copies import is_rotated_name
from muster.pipeline.readers.file_options import FileOptions, check_allowed, iter_dir
from muster.pipeline.readers.following import Following, Found
from muster.pipeline.readers.reader import Place


class FileSpec(FileOptions, frozen=True, kw_only=True):
    """Follows one file, over rotation by rename and by copying and emptying it.

    Rotated files beside it (`app.log.1`, `app.log-20261101`) are read as far as they were written to
    since the runner began.
    """

    TYPES = ("file",)

    def open(self, positions: Mapping[str, str], place: Place) -> Following:
        """Return what reads. Raises InvalidInput, PatternError, EngineMissing."""
        check_allowed(self.log_path, place)
        return self.follow(self._find, positions, place)

    def _find(self) -> Iterator[Found]:
        """Yield the rotated files, the oldest first, then the file."""
        path = str(Path(self.log_path).absolute())
        for other in iter_dir(str(Path(path).parent)):
            if is_rotated_name(other, path):
                yield Found(other, is_live=False, is_old_welcome=False)
        yield Found(path)
