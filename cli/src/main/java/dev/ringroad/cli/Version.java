package dev.ringroad.cli;

import picocli.CommandLine.IVersionProvider;

/** Says which release this is and which JDK runs it. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String release = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "ringroad " + (release == null ? "(not packaged)" : release), "JDK " + Runtime.version()
        };
    }
}
