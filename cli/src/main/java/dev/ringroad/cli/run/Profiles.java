package dev.ringroad.cli.run;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.stack.config.Profile;

import java.util.Locale;

/** The word after {@code --profile}. */
final class Profiles {
    private Profiles() {}

    /** The word in the agent's spelling, or a refusal that names all. */
    static String check(String word) {
        try {
            return Profile.parse(word).name().toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(String.valueOf(e.getMessage()));
        }
    }
}
