package dev.ringroad.nvme.volume;

import org.jspecify.annotations.Nullable;

/**
 * What there is to know of a volume at one moment.
 *
 * @param identity a number that no other volume of the store ever has
 * @param snapshot whether it is a snapshot, and so read-only
 * @param origin what it is a snapshot or clone of; null when it is neither, or that is deleted
 * @param bytes its size
 * @param usedBytes how much of it holds data, own or shared
 * @param createdMillis when it was made, in milliseconds since 1970
 */
public record VolumeInfo(
        String name,
        int identity,
        boolean snapshot,
        @Nullable String origin,
        long bytes,
        long usedBytes,
        long createdMillis) {}
