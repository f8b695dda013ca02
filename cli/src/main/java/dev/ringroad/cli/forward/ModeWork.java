package dev.ringroad.cli.forward;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.forward.ForwardDrop;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.FrameBudget;
import dev.ringroad.net.forward.Mode;
import dev.ringroad.net.forward.Port;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Frames from port to port in one of testpmd's modes. */
final class ModeWork implements Work {

    private final Mode mode;
    private final int burstPackets;
    private final @Nullable FrameBudget budget;
    private List<ForwardPoller> pollers = List.of();

    /**
     * @param packets how many to send, or to receive in rxonly; {@link Long#MAX_VALUE} for no limit
     */
    ModeWork(Mode mode, int burstPackets, long packets) {
        this.mode = mode;
        this.burstPackets = burstPackets;
        budget = packets == Long.MAX_VALUE ? null : new FrameBudget(packets);
    }

    @Override
    public String word() {
        return mode.word();
    }

    @Override
    public List<ForwardPoller> begin(List<Port> ports, CounterFile counters) {
        pollers = ForwardPoller.of(mode, ports, burstPackets, budget);
        return pollers;
    }

    @Override
    public boolean finished() {
        return pollers.stream().allMatch(ForwardPoller::finished)
                || (budget != null && budget.isUsedUp());
    }

    @Override
    public long packets(List<Port> ports) {
        return ports.stream()
                .mapToLong(mode == Mode.RX_ONLY ? Port::receivedPackets : Port::sentPackets)
                .sum();
    }

    @Override
    public Map<String, Long> drops(Port port) {
        Map<String, Long> drops = new LinkedHashMap<>();
        for (ForwardDrop reason : ForwardDrop.values()) {
            drops.put(reason.counterName(), port.dropped(reason));
        }
        return drops;
    }

    @Override
    public void close() {
        pollers.forEach(ForwardPoller::close);
    }
}
