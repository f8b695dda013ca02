package dev.ringroad.net.virtio;

import static dev.ringroad.net.virtio.VhostUserPayload.Form.MEMORY_TABLE;
import static dev.ringroad.net.virtio.VhostUserPayload.Form.NOTHING;
import static dev.ringroad.net.virtio.VhostUserPayload.Form.NUMBER;
import static dev.ringroad.net.virtio.VhostUserPayload.Form.VRING_ADDRESS;
import static dev.ringroad.net.virtio.VhostUserPayload.Form.VRING_STATE;

import dev.ringroad.net.virtio.VhostUserPayload.Form;

import org.jspecify.annotations.Nullable;

/**
 * What a front end asks of a back end. A request without an answer of its own is answered by a
 * number, 0 for success, if that was asked for ({@link VhostUserFeature#REPLY_ACK}).
 */
public enum VhostUserRequest {
    /** Which {@link VirtioFeature}s there are. */
    GET_FEATURES(1, NOTHING, NUMBER),
    /** Which of them are taken. */
    SET_FEATURES(2, NUMBER, NOTHING),
    /** First of all: the device is this front end's. */
    SET_OWNER(3, NOTHING, NOTHING),
    /** An old way to stop all rings. */
    RESET_OWNER(4, NOTHING, NOTHING),
    /** The memory that rings and buffers lie in; a descriptor for each region. */
    SET_MEM_TABLE(5, MEMORY_TABLE, NOTHING),
    /** A ring's size. */
    SET_VRING_NUM(8, VRING_STATE, NOTHING),
    /** Where the parts of a ring are. */
    SET_VRING_ADDR(9, VRING_ADDRESS, NOTHING),
    /** From which index on a ring is used. */
    SET_VRING_BASE(10, VRING_STATE, NOTHING),
    /** Stops a ring, and asks how far it was used. */
    GET_VRING_BASE(11, VRING_STATE, VRING_STATE),
    /** The eventfd that the driver signals; starts the ring. */
    SET_VRING_KICK(12, NUMBER, NOTHING),
    /** The eventfd that the device signals. */
    SET_VRING_CALL(13, NUMBER, NOTHING),
    /** The eventfd that the device signals when the ring is broken. */
    SET_VRING_ERR(14, NUMBER, NOTHING),
    /** Which {@link VhostUserFeature}s there are. */
    GET_PROTOCOL_FEATURES(15, NOTHING, NUMBER),
    /** Which of them are taken. */
    SET_PROTOCOL_FEATURES(16, NUMBER, NOTHING),
    /** How many queue pairs there are at most. */
    GET_QUEUE_NUM(17, NOTHING, NUMBER),
    /** Whether a ring carries data. */
    SET_VRING_ENABLE(18, VRING_STATE, NOTHING),
    /** The device status, see {@link VirtioStatus}. */
    SET_STATUS(39, NUMBER, NOTHING),
    /** Asks for the device status. */
    GET_STATUS(40, NOTHING, NUMBER);

    /** Bits of a kick, call or error request's number that are the ring's index. */
    public static final long RING_INDEX_MASK = 0xFF;

    /** Bit of a kick, call or error request's number: no descriptor came along. */
    public static final long NO_DESCRIPTOR = 0x100;

    private static final int ID_MAX = 40;
    private static final @Nullable VhostUserRequest[] BY_ID =
            new @Nullable VhostUserRequest[ID_MAX + 1];

    static {
        for (VhostUserRequest request : values()) {
            BY_ID[request.id] = request;
        }
    }

    private final int id;
    private final Form asked;
    private final Form answered;

    VhostUserRequest(int id, Form asked, Form answered) {
        this.id = id;
        this.asked = asked;
        this.answered = answered;
    }

    /** The request of a number; null for one that nobody here knows. */
    public static @Nullable VhostUserRequest of(int id) {
        return id >= 0 && id <= ID_MAX ? BY_ID[id] : null;
    }

    /** Its number. */
    public int id() {
        return id;
    }

    /** What a request carries. */
    public Form asked() {
        return asked;
    }

    /** What its answer carries: a number, if the request has no answer of its own. */
    public Form answered() {
        return answered == NOTHING ? NUMBER : answered;
    }

    /** Whether it is always answered. */
    public boolean hasAnswer() {
        return answered != NOTHING;
    }
}
