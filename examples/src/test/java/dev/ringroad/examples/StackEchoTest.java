package dev.ringroad.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpPrefix;
import dev.ringroad.stack.tcp.TcpConnection;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Both ends in one thread, and a clock that only the test moves. */
final class StackEchoTest {
    private static final long STEP_NANOS = 10_000;
    private static final int STEPS_MAX = 200_000;

    private long now;

    @Test
    void whatWasSaidComesBackAndTheEndToo() throws Exception {
        PairDevice.Ends ends = PairDevice.create("client", "server", 256, 2048, 1500);
        try (CounterFile counters = CounterFile.inMemory(2048);
                NetStack clientStack = stack(ends.a(), "10.9.0.1/24", counters);
                NetStack serverStack = stack(ends.b(), "10.9.0.2/24", counters)) {
            StackEcho echo = new StackEcho(serverStack);
            TcpConnection client = clientStack.tcp().open();
            client.connect(IpAddress.parse("10.9.0.2"), 7, now);
            clientStack.flush();

            byte[] words = "once around the city".getBytes(StandardCharsets.UTF_8);
            byte[] back = new byte[64];
            int written = 0;
            int read = 0;
            boolean ended = false;
            for (int i = 0; i < STEPS_MAX && !ended; i++) {
                now += STEP_NANOS;
                echo.poll(now);
                clientStack.poll(now);
                if (written == 0) {
                    written = Math.max(client.write(words, 0, words.length, now), 0);
                    clientStack.flush();
                } else if (read < words.length) {
                    read += Math.max(client.read(back, read, back.length - read, now), 0);
                    if (read == words.length) {
                        client.shutdownWrite(now);
                        clientStack.flush();
                    }
                } else {
                    ended = client.read(back, read, back.length - read, now) < 0;
                }
            }

            assertThat(new String(back, 0, read, StandardCharsets.UTF_8))
                    .isEqualTo("once around the city");
            assertThat(ended).isTrue();
            client.close(now);
        }
    }

    private NetStack stack(PairDevice device, String address, CounterFile counters) {
        NetStack stack = new NetStack(StackConfig.of(Profile.LATENCY), counters, now);
        stack.attach(device, new InterfaceConfig(List.of(IpPrefix.parse(address)), null, 0), now);
        return stack;
    }
}
