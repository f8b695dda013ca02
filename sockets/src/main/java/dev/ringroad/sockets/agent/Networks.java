package dev.ringroad.sockets.agent;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.counter.RuntimeFiles;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.socket.Pump;
import dev.ringroad.stack.socket.PumpConfig;
import dev.ringroad.stack.socket.SocketTable;

import java.io.IOException;
import java.nio.file.Path;

/** Opens the devices that the agent was told of and puts a stack on them. */
final class Networks {
    private static final int COUNTERS_MAX = 1024;
    private static final int TABLE_ROWS = 4096;

    private Networks() {}

    /**
     * Opens everything; with no specification everything stays with the kernel.
     *
     * @throws IOException with one sentence when a device cannot be opened
     * @throws IllegalArgumentException with one sentence when a specification is wrong
     */
    static Bypass open(AgentSettings settings) throws IOException {
        if (settings.networks().isEmpty()) {
            return new Bypass(null, 0);
        }
        CounterFile counters = RuntimeFiles.createCounters(COUNTERS_MAX, Networks::warn);
        StackConfig config = StackConfig.of(settings.profile());
        NetStack stack = new NetStack(config, counters, System.nanoTime());
        for (String specification : settings.networks()) {
            attach(stack, specification, counters);
        }
        showSockets(stack);
        PumpConfig pumping = PumpConfig.of(settings.profile());
        return new Bypass(new Pump(stack, pumping), pumping.spinNanos() + pumping.yieldNanos());
    }

    /** Written by the stack's own timer; before the pump starts nobody else has the stack. */
    private static void showSockets(NetStack stack) {
        try {
            Path file = RuntimeFiles.sockets(ProcessHandle.current().pid());
            SocketTable.create(file, TABLE_ROWS, stack, System.nanoTime());
        } catch (IOException e) {
            warn("Nobody can see the sockets from outside. " + e.getMessage());
        }
    }

    private static void warn(String sentence) {
        System.err.println("ringroad: " + sentence);
    }

    private static void attach(NetStack stack, String specification, CounterFile counters)
            throws IOException {
        DeviceSpec spec = DeviceSpec.parse(specification);
        InterfaceConfig addresses = InterfaceConfig.take(spec);
        NetDevice device = NetDevices.open(spec, counters);
        stack.attach(device, addresses, System.nanoTime());
    }
}
