package dev.ringroad.net.device.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a capture as the draft says, and fails on whatever the draft does not allow. */
final class PcapngReader {

    /** A captured frame. */
    record Frame(int interfaceNumber, long epochNanos, int originalBytes, byte[] data, int flags) {}

    final List<String> interfaces = new ArrayList<>();
    final List<Integer> resolutions = new ArrayList<>();
    final List<Frame> frames = new ArrayList<>();

    static PcapngReader read(Path path) throws IOException {
        PcapngReader reader = new PcapngReader();
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        boolean first = true;
        while (file.hasRemaining()) {
            int type = file.getInt(file.position());
            int bytes = file.getInt(file.position() + 4);
            require(bytes % 4 == 0 && bytes >= 12 && bytes <= file.remaining(), "block length");
            ByteBuffer block = file.slice(file.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
            require(block.getInt(bytes - 4) == bytes, "both lengths of a block are equal");
            require(first == (type == 0x0A0D0D0A), "one section header, at the beginning");
            first = false;
            reader.block(type, block.position(8).limit(bytes - 4));
            file.position(file.position() + bytes);
        }
        return reader;
    }

    private void block(int type, ByteBuffer body) {
        switch (type) {
            case 0x0A0D0D0A -> {
                require(body.getInt() == 0x1A2B3C4D, "byte order magic");
                require(body.getShort() == 1 && body.getShort() == 0, "version 1.0");
                require(body.getLong() == -1, "unknown section length");
                options(body);
            }
            case 1 -> {
                require(body.getShort() == 1, "Ethernet");
                require(body.getShort() == 0, "reserved");
                require(body.getInt() > 0, "snap length");
                options(body);
            }
            case 6 -> packet(body);
            default -> throw new AssertionError("block type " + type);
        }
    }

    private void packet(ByteBuffer body) {
        int number = body.getInt();
        require(number < interfaces.size(), "an interface that was described before");
        long high = body.getInt() & 0xFFFF_FFFFL;
        long low = body.getInt() & 0xFFFF_FFFFL;
        byte[] data = new byte[body.getInt()];
        int original = body.getInt();
        body.get(data);
        while (body.position() % 4 != 0) {
            require(body.get() == 0, "padding");
        }
        require(body.getShort() == 2 && body.getShort() == 4, "packet flags");
        int flags = body.getInt();
        require(body.getInt() == 0, "end of options");
        require(!body.hasRemaining(), "nothing behind the options");
        frames.add(new Frame(number, high << 32 | low, original, data, flags));
    }

    private void options(ByteBuffer body) {
        while (true) {
            int code = body.getShort();
            byte[] value = new byte[body.getShort() & 0xFFFF];
            body.get(value);
            while (body.position() % 4 != 0) {
                require(body.get() == 0, "padding");
            }
            switch (code) {
                case 0 -> {
                    require(value.length == 0 && !body.hasRemaining(), "end of options");
                    return;
                }
                case 2 -> interfaces.add(new String(value, StandardCharsets.UTF_8));
                case 4 -> require(value.length == 8, "name of the application");
                case 9 -> resolutions.add((int) value[0]);
                default -> throw new AssertionError("option " + code);
            }
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("not as it has to be: " + what);
        }
    }
}
