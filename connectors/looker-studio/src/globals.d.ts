/** The deployment's public address, written in when the script is bundled. */
declare const ORIGIN: string;
