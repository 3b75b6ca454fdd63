"""Richards: a small operating system's scheduler with tasks that send each other packets."""

from __future__ import annotations

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(1, 7)
KIND_DEVICE = 1000
KIND_WORK = 1001
BUFFER_SIZE = 4


class Packet:
    def __init__(self, link: Packet | None, ident: int, kind: int) -> None:
        self.link = link
        self.ident = ident
        self.kind = kind
        self.datum = 0
        self.data = [0] * BUFFER_SIZE

    def append_to(self, queue: Packet | None) -> Packet:
        """Put this packet at the end of the queue; returns the queue's head."""
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class DeviceRecord:
    def __init__(self) -> None:
        self.pending: Packet | None = None


class IdleRecord:
    def __init__(self) -> None:
        self.control = 1
        self.count = 10000


class HandlerRecord:
    def __init__(self) -> None:
        self.work_in: Packet | None = None
        self.device_in: Packet | None = None

    def add_work(self, packet: Packet) -> None:
        self.work_in = packet.append_to(self.work_in)

    def add_device(self, packet: Packet) -> None:
        self.device_in = packet.append_to(self.device_in)


class WorkerRecord:
    def __init__(self) -> None:
        self.destination = HANDLER_A
        self.count = 0


class TaskState:
    def __init__(self) -> None:
        self.packet_pending = True
        self.task_waiting = False
        self.task_holding = False

    def with_packet(self) -> TaskState:
        self.packet_pending = True
        self.task_waiting = False
        self.task_holding = False
        return self

    def waiting(self) -> TaskState:
        self.packet_pending = False
        self.task_waiting = True
        self.task_holding = False
        return self

    def running(self) -> TaskState:
        self.packet_pending = False
        self.task_waiting = False
        self.task_holding = False
        return self

    def waiting_with_packet(self) -> TaskState:
        self.packet_pending = True
        self.task_waiting = True
        self.task_holding = False
        return self

    def is_held_or_waiting(self) -> bool:
        return self.task_holding or (not self.packet_pending and self.task_waiting)

    def is_waiting_with_packet(self) -> bool:
        return self.packet_pending and self.task_waiting and not self.task_holding


class Scheduler:
    def __init__(self) -> None:
        self.tasks: Task | None = None
        self.current: Task | None = None
        self.current_ident = 0
        self.table: list[Task | None] = [None] * 10
        self.hold_count = 0
        self.queue_count = 0

    def run(self) -> None:
        task = self.tasks
        while task is not None:
            self.current = task
            if task.is_held_or_waiting():
                task = task.link
            else:
                self.current_ident = task.ident
                task = task.resume()

    def find(self, ident: int) -> Task:
        task = self.table[ident]
        if task is None:
            raise LookupError(ident)
        return task


class Task(TaskState):
    def __init__(
        self, scheduler: Scheduler, ident: int, priority: int, queue: Packet | None, state: TaskState, record: object
    ) -> None:
        self.scheduler = scheduler
        self.link = scheduler.tasks
        self.ident = ident
        self.priority = priority
        self.queue = queue
        self.record = record
        self.packet_pending = state.packet_pending
        self.task_waiting = state.task_waiting
        self.task_holding = state.task_holding
        scheduler.tasks = self
        scheduler.table[ident] = self

    def work(self, packet: Packet | None) -> Task | None:
        raise NotImplementedError

    def resume(self) -> Task | None:
        packet = None
        if self.is_waiting_with_packet():
            packet = self.queue
            assert packet is not None
            self.queue = packet.link
            if self.queue is None:
                self.running()
            else:
                self.with_packet()
        return self.work(packet)

    def add_packet(self, packet: Packet, old: Task) -> Task:
        if self.queue is None:
            self.queue = packet
            self.packet_pending = True
            if self.priority > old.priority:
                return self
        else:
            packet.append_to(self.queue)
        return old

    def wait(self) -> Task:
        self.task_waiting = True
        return self

    def hold(self) -> Task | None:
        self.scheduler.hold_count += 1
        self.task_holding = True
        return self.link

    def release(self, ident: int) -> Task:
        other = self.scheduler.find(ident)
        other.task_holding = False
        if other.priority > self.priority:
            return other
        return self

    def send(self, packet: Packet) -> Task:
        other = self.scheduler.find(packet.ident)
        self.scheduler.queue_count += 1
        packet.link = None
        packet.ident = self.ident
        return other.add_packet(packet, self)


class DeviceTask(Task):
    def work(self, packet: Packet | None) -> Task | None:
        record = self.record
        if packet is None:
            packet = record.pending
            if packet is None:
                return self.wait()
            record.pending = None
            return self.send(packet)
        record.pending = packet
        return self.hold()


class HandlerTask(Task):
    def work(self, packet: Packet | None) -> Task | None:
        record = self.record
        if packet is not None:
            if packet.kind == KIND_WORK:
                record.add_work(packet)
            else:
                record.add_device(packet)
        work = record.work_in
        if work is None:
            return self.wait()
        count = work.datum
        if count >= BUFFER_SIZE:
            record.work_in = work.link
            return self.send(work)
        device = record.device_in
        if device is None:
            return self.wait()
        record.device_in = device.link
        device.datum = work.data[count]
        work.datum = count + 1
        return self.send(device)


class IdleTask(Task):
    def work(self, packet: Packet | None) -> Task | None:
        record = self.record
        record.count -= 1
        if record.count == 0:
            return self.hold()
        if record.control & 1 == 0:
            record.control //= 2
            return self.release(DEVICE_A)
        record.control = record.control // 2 ^ 0xD008
        return self.release(DEVICE_B)


class WorkerTask(Task):
    def work(self, packet: Packet | None) -> Task | None:
        record = self.record
        if packet is None:
            return self.wait()
        if record.destination == HANDLER_A:
            destination = HANDLER_B
        else:
            destination = HANDLER_A
        record.destination = destination
        packet.ident = destination
        packet.datum = 0
        for i in range(BUFFER_SIZE):
            record.count += 1
            if record.count > 26:
                record.count = 1
            packet.data[i] = ord("A") + record.count - 1
        return self.send(packet)


def simulate() -> tuple[int, int]:
    scheduler = Scheduler()
    IdleTask(scheduler, IDLE, 0, None, TaskState().running(), IdleRecord())

    queue = Packet(None, 0, KIND_WORK)
    queue = Packet(queue, 0, KIND_WORK)
    WorkerTask(scheduler, WORKER, 1000, queue, TaskState().waiting_with_packet(), WorkerRecord())

    for ident, device, priority in ((HANDLER_A, DEVICE_A, 2000), (HANDLER_B, DEVICE_B, 3000)):
        queue = Packet(None, device, KIND_DEVICE)
        queue = Packet(queue, device, KIND_DEVICE)
        queue = Packet(queue, device, KIND_DEVICE)
        HandlerTask(scheduler, ident, priority, queue, TaskState().waiting_with_packet(), HandlerRecord())

    DeviceTask(scheduler, DEVICE_A, 4000, None, TaskState().waiting(), DeviceRecord())
    DeviceTask(scheduler, DEVICE_B, 5000, None, TaskState().waiting(), DeviceRecord())

    scheduler.run()
    return scheduler.hold_count, scheduler.queue_count


def run() -> object:
    return [simulate() for _ in range(10)]
