"""`python -m tehon` is the command line (`accelerate launch -m tehon tune …` needs it)."""

from tehon.cli.main import main

if __name__ == "__main__":
    main()
