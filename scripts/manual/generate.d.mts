/** Types of the manual's generator for the tests. */
export declare function generatedFiles(
  repository: string,
): Promise<{ readonly files: ReadonlyMap<string, string>; readonly signatures: { save(): void } }>;
