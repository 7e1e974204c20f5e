// The model that Tools/device/build --model links into the program, at an address that fits any of its constants.
    .section .rodata.octet_linked_model, "a", %progbits
    .balign 64
    .globl octet_linked_model
octet_linked_model:
    .incbin OCTET_MODEL
    .globl octet_linked_model_end
octet_linked_model_end:

    .section .note.GNU-stack, "", %progbits
