package dev.ringroad.sockets.agent;

import dev.ringroad.stack.config.Profile;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * What the agent was asked for.
 *
 * @param profile what the stack optimises for
 * @param networks device specifications, as {@code ringroad run --net} takes them; none means that
 *     everything stays with the kernel
 */
record AgentSettings(Profile profile, List<String> networks) {
    AgentSettings {
        networks = List.copyOf(networks);
    }

    /**
     * Reads {@code profile=NAME;net=SPEC;net=SPEC}. What the arguments leave out is taken from the
     * environment.
     *
     * @param arguments the text after {@code -javaagent:jar=}; null when there was none
     * @param environmentNetworks RINGROAD_NET: specifications separated by semicolons
     * @param environmentProfile RINGROAD_PROFILE
     * @throws IllegalArgumentException with one sentence for the user
     */
    static AgentSettings parse(
            @Nullable String arguments,
            @Nullable String environmentNetworks,
            @Nullable String environmentProfile) {
        String profile = null;
        List<String> networks = new ArrayList<>();
        for (String part : parts(arguments)) {
            if (part.startsWith("net=")) {
                networks.add(part.substring("net=".length()));
            } else if (part.startsWith("profile=")) {
                profile = part.substring("profile=".length());
            } else {
                throw new IllegalArgumentException(
                        "The agent does not know '"
                                + part
                                + "'. Write profile=NAME or net=SPEC, separated by ';'.");
            }
        }
        if (networks.isEmpty()) {
            networks.addAll(parts(environmentNetworks));
        }
        if (profile == null) {
            profile = environmentProfile;
        }
        return new AgentSettings(
                profile == null || profile.isBlank()
                        ? Profile.LATENCY
                        : Profile.parse(profile.strip()),
                networks);
    }

    private static List<String> parts(@Nullable String text) {
        List<String> found = new ArrayList<>();
        if (text != null) {
            for (String part : text.split(";", -1)) {
                if (!part.isBlank()) {
                    found.add(part.strip());
                }
            }
        }
        return found;
    }
}
