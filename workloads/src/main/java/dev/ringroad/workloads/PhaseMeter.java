package dev.ringroad.workloads;

import java.nio.ByteBuffer;

/**
 * An echo server's own account of what it allocates while its client measures, told by the
 * message's first byte.
 */
final class PhaseMeter {
    private final String workload;
    private final AllocationMeter meter = new AllocationMeter();
    private byte phase;
    private long messages;

    PhaseMeter(String workload) {
        this.workload = workload;
    }

    /** Looks at a message that has arrived. */
    void observe(ByteBuffer message) {
        if (message.get(0) != phase) {
            change(message.get(0));
        }
        messages++;
    }

    /** At the end of the connection. */
    void end() {
        change((byte) 0);
    }

    private void change(byte next) {
        if (phase == 1) {
            meter.stop();
            ResultLine line =
                    new ResultLine().with("workload", workload).with("messages", messages);
            meter.describe(line);
            line.print();
        }
        phase = next;
        messages = 0;
        if (phase == 1) {
            meter.start();
        }
    }
}
