/* Embeds the sample landscape, the file at path NST_SAMPLE_CONTENT, as read-only data. */
    .section .rodata
    .global nst_sample_content_begin
    .global nst_sample_content_end
    .hidden nst_sample_content_begin
    .hidden nst_sample_content_end
    .balign 64
nst_sample_content_begin:
    .incbin NST_SAMPLE_CONTENT
nst_sample_content_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
