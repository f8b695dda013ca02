package dev.ringroad.cli;

import picocli.CommandLine.IVersionProvider;

import java.lang.module.ModuleDescriptor;

/** Says which release this is and which JDK runs it. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        ModuleDescriptor module = Version.class.getModule().getDescriptor();
        String release = module == null ? "(class path)" : module.rawVersion().orElse("(unknown)");
        return new String[] {"ringroad " + release, "JDK " + Runtime.version()};
    }
}
