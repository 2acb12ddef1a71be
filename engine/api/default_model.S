/* Embeds the built-in model, the file at path NST_DEFAULT_MODEL, as read-only data. The names have a
   prefix, because programs that link the library statically see them. */
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
