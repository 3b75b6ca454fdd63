"""python -m jitney: see jitney.cli.run."""

from jitney.cli.run import main

if __name__ == "__main__":
    main()
