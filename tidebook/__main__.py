"""`python -m tidebook` is the command line."""

from tidebook.pipelines.commands.main import main

if __name__ == "__main__":
    main()
