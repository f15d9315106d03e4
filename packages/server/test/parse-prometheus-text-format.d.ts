/** The package has no types of its own. */
declare module 'parse-prometheus-text-format' {
  interface Sample {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value?: string;
    /** Of histograms: cumulative, by upper bound. */
    readonly buckets?: Readonly<Record<string, string>>;
  }
  interface Family {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly metrics: readonly Sample[];
  }
  // biome-ignore lint/style/noDefaultExport: the package exports nothing else
  export default function parsePrometheusTextFormat(text: string): readonly Family[];
}
