package dev.ringroad.uring;

/** Asks another loop for a token and sends it a message by it; the other answers with a task. */
final class MessageLoad extends SoakLoad {
    private final UringThread other;
    private int sequence;

    MessageLoad(UringLoop loop, UringThread other) {
        super(loop);
        this.other = other;
    }

    @Override
    void begin() {
        int expected = ++sequence;
        boolean taken =
                other.loop()
                        .offer(
                                there -> {
                                    long request =
                                            there.begin(
                                                    (token, result, flags) ->
                                                            arrived(expected, result),
                                                    0,
                                                    null);
                                    back(own -> send(own, expected, request));
                                });
        if (!taken) {
            fail("the other inbox is full");
        }
    }

    private void back(UringLoop.Task task) {
        if (!loop.offer(task)) {
            throw new IllegalStateException("The inbox is full");
        }
    }

    private void send(UringLoop own, int number, long token) {
        room(1);
        long request = own.begin((mine, result, flags) -> sent(result), 0, null);
        int ring = other.loop().ring().descriptor().number();
        own.ring().control().prepareMessage(ring, number, token).token(request);
    }

    private void sent(int result) {
        if (result < 0) {
            fail("message answers " + result);
        }
    }

    // On the other loop's thread.
    private void arrived(int expected, int result) {
        back(
                own -> {
                    if (result == expected) {
                        done();
                    } else {
                        fail("message " + result + " instead of " + expected);
                    }
                });
    }

    @Override
    void close() {
        // It holds nothing.
    }
}
