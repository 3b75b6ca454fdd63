"""Asynchronous exceptions set for a thread that is in a hot loop."""
import threading, ctypes, time
class Stop(Exception): pass
state = []
def forever():
    x = 0
    try:
        state.append("in")
        while True: x = (x + 1) % 1000
    except Stop: state.append("stopped")
t = threading.Thread(target=forever); t.start()
while not state: time.sleep(0.001)
time.sleep(0.05)
ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(t.ident), ctypes.py_object(Stop))
t.join(30); print(state, t.is_alive())
