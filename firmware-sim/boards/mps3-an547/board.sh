# Arm MPS3 AN547 (Corstone-300): Cortex-M55 with the vector extension.
board_about='Cortex-M55 with vectors, Arm MPS3 AN547'
board_core=cortex-m
board_triple=armv7em-none-none-eabi
# Swift has no standard library for Armv8.1-M; that of Armv7E-M does, as an embedded one is compiled with the program.
# Vectors need softfp, which passes arguments as soft does.
board_flags=(-mcpu=cortex-m55 -mfloat-abi=softfp)
board_layout=vector
board_qemu=(qemu-system-arm -machine mps3-an547)
board_flash_bytes=$((512 * 1024 + 2 * 1024 * 1024))
board_ram_bytes=$((512 * 1024))
board_stack_bytes=8192
# For --kernels portable: nothing that a Cortex-M3 has not.
board_portable_flags=(-mcpu=cortex-m3 -mfloat-abi=soft)
