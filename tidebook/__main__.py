"""The command line, as `python -m tidebook`."""

from tidebook.pipelines.commands.main import main

if __name__ == "__main__":
    main()
