package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/** Events of this process alone, and such as another process holds too. */
class EventFdTest {

    /** One more would make a writer wait ({@code eventfd(2)}). */
    private static final long FULL = -2;

    private static EventFd create(boolean shared) throws SystemCallException {
        return shared ? EventFd.createShared() : EventFd.create();
    }

    private static boolean isReadable(EventFd event) {
        try (PollSet set = new PollSet(1)) {
            set.add(event.descriptor().number(), PollSet.POLLIN);
            return set.poll(0) == 1;
        }
    }

    private static void fill(Descriptor event) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment full = arena.allocateFrom(ValueLayout.JAVA_LONG, FULL);
            assertThat(event.write(full, 0, Long.BYTES)).isEqualTo(Long.BYTES);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void signalsAddUpAndAreTakenAtOnce(boolean shared) throws Exception {
        try (EventFd event = create(shared)) {
            assertThat(isReadable(event)).isFalse();
            event.signal();
            event.signal();
            assertThat(isReadable(event)).isTrue();
            assertThat(event.drain()).isTrue();
            assertThat(event.drain()).isFalse();
            assertThat(isReadable(event)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFullCounterHoldsNobodyUp(boolean shared) throws Exception {
        try (EventFd event = create(shared)) {
            fill(event.descriptor());
            event.signal();
            assertThat(isReadable(event)).isTrue();
            event.drain();
            assertThat(isReadable(event)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isHarmlessOnceClosed(boolean shared) throws Exception {
        EventFd event = create(shared);
        event.close();
        event.signal();
        event.drain();
        assertThat(event.descriptor().isOpen()).isFalse();
    }

    @Test
    void aSharedOneNeverWaitsWhateverItsFlagsSay() throws Exception {
        try (EventFd event = EventFd.createShared()) {
            event.descriptor().nonBlocking(false);
            event.drain();
            fill(event.descriptor());
            event.signal();
            event.drain();
            assertThat(isReadable(event)).isFalse();
        }
    }

    @Test
    void anOlderKernelIsAskedWhetherTheCallWouldWait() throws Exception {
        try (EventFd event = EventFd.create()) {
            event.descriptor().nonBlocking(false);
            SharedEvent older = new SharedEvent(event.descriptor().number(), false, null);
            assertThat(older.drain()).isFalse();
            event.signal();
            assertThat(older.drain()).isTrue();
            assertThat(isReadable(event)).isFalse();
        }
    }

    @Test
    void anOlderKernelIsAskedWhetherThereIsRoom() throws Exception {
        try (EventFd event = EventFd.createShared();
                Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
            SharedEvent older = new SharedEvent(event.descriptor().number(), false, null);
            event.descriptor().nonBlocking(false);
            older.signal(one);
            assertThat(event.drain()).isTrue();
            fill(event.descriptor());
            older.signal(one);
            assertThat(isReadable(event)).isTrue();
        }
    }

    /** More often than the kernel keeps answers, so they must be thrown away. */
    @Test
    void theKernelSignalsAsOftenAsItIsAsked() throws Exception {
        EventSignals signals = EventSignals.ofProcess();
        assumeTrue(signals != null, "this kernel has no io_submit");
        try (EventFd event = EventFd.createShared();
                Arena arena = Arena.ofConfined()) {
            MemorySegment request = EventSignals.request(event.descriptor().number());
            for (int i = 0; i < 10_000; i++) {
                assertThat(signals.submit(request)).isTrue();
            }
            MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
            assertThat(event.descriptor().read(count, 0, Long.BYTES)).isEqualTo(Long.BYTES);
            assertThat(count.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(10_000);
        }
    }

    /** The look before a write could not see this: the counter is filled again at any time. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPeerThatFillsTheCounterAtAnyTimeHoldsNobodyUp() throws Exception {
        assumeTrue(EventSignals.ofProcess() != null, "this kernel has no io_submit");
        AtomicBoolean done = new AtomicBoolean();
        try (EventFd event = EventFd.createShared()) {
            event.descriptor().nonBlocking(false);
            Thread peer = Thread.ofPlatform().daemon().start(() -> fillUntil(done, event));
            try {
                for (int i = 0; i < 20_000; i++) {
                    event.signal();
                    event.drain();
                }
            } finally {
                done.set(true);
                // Whatever the peer waits for: room.
                while (peer.isAlive()) {
                    event.drain();
                }
            }
        }
    }

    private static void fillUntil(AtomicBoolean done, EventFd event) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment full = arena.allocateFrom(ValueLayout.JAVA_LONG, FULL);
            while (!done.get()) {
                event.descriptor().write(full, 0, Long.BYTES);
            }
        }
    }

    @Test
    void onlyAnEventIsAdopted() throws Exception {
        try (Descriptor event = EventFd.create().descriptor();
                EventFd adopted = EventFd.adopt(event)) {
            event.nonBlocking(false);
            adopted.drain();
            adopted.signal();
            assertThat(isReadable(adopted)).isTrue();
        }
        try (Descriptor file = Memfd.create("no event", Mappings.ORDINARY_PAGE_BYTES)) {
            assertThatThrownBy(() -> EventFd.adopt(file)).hasMessageContaining("is no eventfd");
            assertThat(file.isOpen()).as("still the caller's").isTrue();
        }
    }
}
