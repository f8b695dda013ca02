package dev.ringroad.nvme.volume;

/**
 * How full a store is.
 *
 * @param bytes all of it
 * @param freeBytes what new data and metadata can have
 * @param clusterBytes what is taken at a time
 * @param generation how many commits there were
 * @param volumes how many volumes and snapshots
 */
public record StoreInfo(
        long bytes, long freeBytes, int clusterBytes, long generation, int volumes) {}
