/** The SAM's commands in use; those of its issue stand in `issue/`. */
export * from './define-sam-command.ts';
export * from './files.ts';
export * from './get-data.ts';
export * from './pin.ts';
export * from './session-key.ts';
export * from './signature.ts';
