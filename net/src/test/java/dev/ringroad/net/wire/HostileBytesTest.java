package dev.ringroad.net.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;

/**
 * Hostile bytes against every codec. The segment ends where the bytes end, so a check or an
 * accessor that reads beyond throws and fails the test.
 */
class HostileBytesTest {

    private static final int ROUNDS = 20_000;
    private static final int BYTES_MAX = 80;

    private static final List<String> SEEDS =
            List.of(
                    "02005e100001 02005e100002 8100 a07b 0800 45000014 00000000 4006",
                    "02005e100001 02005e100002 0806 0001 0800 06 04 0001 02005e100001 0a090001"
                            + " 000000000000 0a090002",
                    "47000020 00000000 40010000 0a090001 0a090002 83070400 00000000",
                    "6a512345 0000 06 40 20010db8000000000000000000000001"
                            + " 20010db8000000000000000000000002",
                    "c350 0050 01020304 f0000001 a012 faf0 1234 0005 020405b4 0402080a 00000064"
                            + " 00000000 01030307",
                    "c350 0035 000a 0000 abcd",
                    "0001 0800 06 04 0002 02005e100001 0a090001 000000000000 0a090002");

    /** Reads all of a header that its check lets pass. */
    enum Codec {
        ETHERNET {
            @Override
            long readAll(MemorySegment s, int bytes) {
                return EthernetHeader.check(s, 0, bytes) != 0
                        ? 0
                        : EthernetHeader.destination(s, 0)
                                + EthernetHeader.source(s, 0)
                                + EthernetHeader.payloadType(s, 0)
                                + EthernetHeader.bytes(s, 0)
                                + (EthernetHeader.isTagged(s, 0)
                                        ? EthernetHeader.vlanId(s, 0)
                                                + EthernetHeader.priority(s, 0)
                                        : 0);
            }
        },
        ARP {
            @Override
            long readAll(MemorySegment s, int bytes) {
                return ArpPacket.check(s, 0, bytes) != 0
                        ? 0
                        : ArpPacket.senderHardware(s, 0)
                                + ArpPacket.senderProtocol(s, 0)
                                + ArpPacket.targetHardware(s, 0)
                                + ArpPacket.targetProtocol(s, 0);
            }
        },
        IPV4 {
            @Override
            long readAll(MemorySegment s, int bytes) {
                if (Ipv4Header.check(s, 0, bytes) != 0) {
                    return 0;
                }
                long header = Checksum.partial(s, 0, Ipv4Header.headerBytes(s, 0), 0);
                long all = Checksum.partial(s, 0, Ipv4Header.totalBytes(s, 0), 0);
                return header
                        + all
                        + Ipv4Header.source(s, 0)
                        + Ipv4Header.destination(s, 0)
                        + Ipv4Header.fragmentOffsetBytes(s, 0)
                        + (Ipv4Header.checksumIsRight(s, 0) ? 1 : 0)
                        + (Ipv4Header.isSourceRouted(s, 0) ? 1 : 0);
            }
        },
        IPV6 {
            @Override
            long readAll(MemorySegment s, int bytes) {
                return Ipv6Header.check(s, 0, bytes) != 0
                        ? 0
                        : Ipv6Header.destinationLow(s, 0)
                                + Checksum.partial(
                                        s, 0, Ipv6Header.BYTES + Ipv6Header.payloadBytes(s, 0), 0);
            }
        },
        ICMP {
            @Override
            long readAll(MemorySegment s, int bytes) {
                return IcmpHeader.check(s, 0, bytes) != 0
                        ? 0
                        : IcmpHeader.type(s, 0)
                                + IcmpHeader.code(s, 0)
                                + IcmpHeader.checksum(s, 0)
                                + IcmpHeader.identifier(s, 0)
                                + IcmpHeader.sequence(s, 0)
                                + IcmpHeader.nextHopMtu(s, 0)
                                + IcmpHeader.nextHopMtuV6(s, 0)
                                + (IcmpHeader.checksumIsRight(s, 0, bytes) ? 1 : 0);
            }
        },
        UDP {
            @Override
            long readAll(MemorySegment s, int bytes) {
                return UdpHeader.check(s, 0, bytes) != 0
                        ? 0
                        : UdpHeader.checksum(s, 0)
                                + Checksum.partial(s, 0, UdpHeader.length(s, 0), 0);
            }
        },
        TCP {
            private final TcpOptions options = new TcpOptions();

            @Override
            long readAll(MemorySegment s, int bytes) {
                if (TcpHeader.check(s, 0, bytes) != 0) {
                    return 0;
                }
                int optionBytes = TcpHeader.headerBytes(s, 0) - TcpHeader.BYTES;
                int code = options.parse(s, TcpHeader.OPTIONS, optionBytes);
                assertThat(code).isIn(0, WireFault.TCP_OPTION_LENGTH_LYING.code());
                assertThat(options.sackBlocks()).isBetween(0, TcpOptions.SACK_BLOCKS_MAX);
                assertThat(options.windowScale()).isBetween(-1, TcpOptions.WINDOW_SCALE_MAX);
                return (long) TcpHeader.urgentPointer(s, 0) + TcpHeader.flags(s, 0);
            }
        };

        abstract long readAll(MemorySegment s, int bytes);
    }

    @ParameterizedTest
    @EnumSource
    void readsNothingBeyondRandomBytes(Codec codec) {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] data = new byte[random.nextInt(BYTES_MAX)];
            random.nextBytes(data);
            if (data.length > 0 && random.nextBoolean()) {
                // Plausible first bytes get further than chance.
                data[0] = (byte) (random.nextBoolean() ? 0x40 + random.nextInt(16) : 0x60);
            }
            readAll(codec, data, seed);
        }
    }

    static List<String> seeds() {
        return SEEDS;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsNothingBeyondCutAndMutatedBytes(String hex) {
        byte[] whole = Bytes.ofHex(hex).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        for (Codec codec : Codec.values()) {
            for (int cut = 0; cut <= whole.length; cut++) {
                byte[] data = java.util.Arrays.copyOf(whole, cut);
                readAll(codec, data, cut);
                for (int seed = 0; cut > 0 && seed < 60; seed++) {
                    Random random = new Random(31L * cut + seed);
                    byte[] mutated = data.clone();
                    for (int k = random.nextInt(4); k >= 0; k--) {
                        mutated[random.nextInt(cut)] = (byte) random.nextInt();
                    }
                    readAll(codec, mutated, seed);
                }
            }
        }
    }

    private static void readAll(Codec codec, byte[] data, int seed) {
        try {
            codec.readAll(MemorySegment.ofArray(data), data.length);
        } catch (IndexOutOfBoundsException e) {
            throw new AssertionError(
                    codec
                            + " reads beyond its bytes, seed "
                            + seed
                            + ": "
                            + java.util.HexFormat.of().formatHex(data),
                    e);
        }
    }
}
