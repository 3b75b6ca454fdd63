"""Every program in tests/programs, off and on: output, errors with their tracebacks, and exit code are the same.

