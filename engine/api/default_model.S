/* models/default.safetensors as read-only data; NST_DEFAULT_MODEL is its path. The names are prefixed because the
   symbols are visible to everything linked statically with the library. */
    .section .rodata
    .global nst_default_model_begin
    .global nst_default_model_end
    .hidden nst_default_model_begin
    .hidden nst_default_model_end
    .balign 64
nst_default_model_begin:
    .incbin NST_DEFAULT_MODEL
nst_default_model_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
