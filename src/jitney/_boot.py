"""What jitney.pth imports at start-up when JITNEY=1: turn Jitney on, or say why not and go on.

A subinterpreter is not asked for by anyone's environment: there it stays off in silence.
"""


def _start() -> None:
    import sys

    try:
        from . import _jitney

        if _jitney.is_main_interpreter():
            _jitney.enable({})
    except Exception as error:
        reason = " ".join(str(error).split())
        try:
            print(f"jitney: not enabled: {reason}", file=sys.stderr)
        except Exception:
            pass


_start()
